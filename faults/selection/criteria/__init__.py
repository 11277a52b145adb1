"""What can be asked of a request, one file each."""
