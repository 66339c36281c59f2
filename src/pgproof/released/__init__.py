"""What has been released: the lockfile, the base branch, and how the directory differs from them."""
