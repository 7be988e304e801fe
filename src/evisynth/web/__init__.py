"""The web application: pages over the store. A folder per stage; access.py says who may see what."""
