"""evalpkg: is this fine-tuned model better at Rust than its base model, and by how much?"""

__version__ = "0.1.0"
