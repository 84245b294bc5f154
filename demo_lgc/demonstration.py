"""The main job, played through the real widgets, one picture per step."""
