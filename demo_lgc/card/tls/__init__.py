"""The key of the card on a line: two engines, and what every server must prove. Reference: [CPS] §4."""
