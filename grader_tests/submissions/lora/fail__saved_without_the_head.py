"""Saves the adapter without the head.

failed: check_save_adapter/adapter_reloads, check_save_adapter/answers_alike
"""
# %% save_adapter
from peft import get_peft_model_state_dict
from safetensors.torch import save_file

ADAPTER.mkdir(exist_ok=True)
tensors = {name: tensor for name, tensor in get_peft_model_state_dict(model).items() if "lora_" in name}
save_file({name: tensor.contiguous().cpu() for name, tensor in tensors.items()}, ADAPTER / "adapter_model.safetensors")
model.peft_config["default"].save_pretrained(ADAPTER)
