"""Files and folders written all or nothing: complete or not at all, whatever happens meanwhile."""
