"""What a supplier and an officer read of an enrolment."""
