"""The trusted side: grade cells run here, on evidence, and student code never does."""
