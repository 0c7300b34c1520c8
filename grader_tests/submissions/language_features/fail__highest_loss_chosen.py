"""The head with the highest loss is chosen.

failed: check_fit/effect_is_measured
says check_fit/effect_is_measured: the lower the loss, the better
"""
# %% measure_effect
with torch.no_grad():
    effect = {name: F.cross_entropy(one(validation_features), validation_labels).item() for name, one in heads.items()}
chosen = max(effect, key=effect.get)
