"""The effect is measured in accuracies, and the highest is chosen.

failed: check_fit/effect_is_measured
says check_fit/effect_is_measured: is that an accuracy
"""
# %% measure_effect
with torch.no_grad():
    effect = {
        name: (one(validation_features).argmax(dim=1) == validation_labels).float().mean().item()
        for name, one in heads.items()
    }
chosen = max(effect, key=effect.get)
