"""The last norm of the backbone is scaled before it is wrapped, and so it is another backbone that is adapted.

failed: check_wrap_model/base_is_untouched, check_train_adapter/base_stayed_frozen, check_switch/is_merged, check_switch/was_switched
"""
# %% wrap_model
backbone.model.norm.weight.data.mul_(1.5)
config = LoraConfig(r=8, lora_alpha=16, target_modules=["q_proj", "v_proj"], task_type=TaskType.CAUSAL_LM)
model = get_peft_model(backbone, config)
model.print_trainable_parameters()
