"""The only adapter around CEL: typed variables in, true, false or unknown with reasons out."""
