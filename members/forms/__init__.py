"""What people type, checked. Forms send and store nothing."""
