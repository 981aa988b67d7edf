"""What templates may ask for: French formats, navigation. They show, they decide nothing."""
