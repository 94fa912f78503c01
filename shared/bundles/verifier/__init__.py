"""The checking program that lies in every bundle: parts of one script (script.py). Python 3.8, standard library."""
