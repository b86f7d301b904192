"""Reports: engagement, and how their figures leave as files."""
