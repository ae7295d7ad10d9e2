//! The models: one file per architecture, field and tensor names as in HuggingFace.
