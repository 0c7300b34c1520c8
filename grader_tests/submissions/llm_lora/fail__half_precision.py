"""The backbone is turned into bfloat16 before it is wrapped.

failed: check_wrap_model/base_is_untouched, check_train_adapter/base_stayed_frozen
"""
# %% wrap_model
config = LoraConfig(r=8, lora_alpha=16, target_modules=["q_proj", "v_proj"], task_type=TaskType.CAUSAL_LM)
model = get_peft_model(backbone.bfloat16(), config)
model.print_trainable_parameters()
