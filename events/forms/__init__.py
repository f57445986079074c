"""What people type in for events."""
