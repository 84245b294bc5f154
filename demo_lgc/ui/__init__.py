"""What the doctor sees. The only floor that knows Qt."""
