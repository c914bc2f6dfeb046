def write_all(files, into, put):
    pass
