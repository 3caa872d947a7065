"""Text in pictures: which pages are pictures, and what they say."""
