"""Takes a run without learning for a frozen one, and every gap for overfitting.

failed: check_name_causes/cause, check_name_causes/cause#3, check_name_causes/cause#4
says check_name_causes/cause: nothing at all would change
says check_name_causes/cause#3: far better than by guessing
says check_name_causes/cause#4: far better
"""
# %% name_causes
causes = {"A": "everything frozen", "B": "everything frozen", "C": "overfitting", "D": "overfitting"}
