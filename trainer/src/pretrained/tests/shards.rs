//! Weights in several files, under another name, or not there.

use super::*;

/// The weights of `folder` in files of their own, one tensor after the other in turn, and their index.
fn split(folder: &Path, files: &[&str]) {
    let whole = folder.join("model.safetensors");
    let tensors = read_tensors(&fs::read(&whole).unwrap()).unwrap();
    fs::remove_file(whole).unwrap();
    let mut map = serde_json::Map::new();
    for (at, file) in files.iter().enumerate() {
        let part: Tensors = tensors.clone().into_iter().skip(at).step_by(files.len()).collect();
        map.extend(part.keys().map(|name| (name.clone(), (*file).into())));
        fs::write(folder.join(file), write_tensors(&part, None).unwrap()).unwrap();
    }
    let index = serde_json::json!({ "metadata": { "total_size": 1 }, "weight_map": map });
    fs::write(folder.join("model.safetensors.index.json"), index.to_string()).unwrap();
}

#[test]
fn split_weights_are_read_by_their_index() {
    let files =
        ["model-00001-of-00003.safetensors", "model-00002-of-00003.safetensors", "model-00003-of-00003.safetensors"];
    for (name, _) in FIXTURES {
        let folder = folder(name, |name| Some(name.to_owned()));
        let whole = first_weights(folder.path());
        let small = folder.path().join("small");
        split(&small, &files);
        assert_eq!(first_weights(folder.path()), whole, "{name}");

        let complaint = || load(&encoder(), folder.path()).unwrap_err().to_string();
        let index = small.join("model.safetensors.index.json");
        let text = fs::read_to_string(&index).unwrap();
        fs::write(&index, text.replace(files[1], "../elsewhere.safetensors")).unwrap();
        assert!(complaint().contains("index.json: names ../elsewhere.safetensors, which is not in the folder"));
        fs::write(&index, text.replace(files[1], files[0])).unwrap();
        let message = complaint();
        assert!(
            message.contains("model-00001-of-00003.safetensors: tensor `") && message.contains("fetch both"),
            "{message}"
        );
        fs::write(&index, "{}").unwrap();
        assert!(complaint().contains("index.json: not the index of split weights"), "{}", complaint());
        fs::write(&index, &text).unwrap();
        let bytes = fs::read(small.join(files[2])).unwrap();
        fs::write(small.join(files[2]), &bytes[..bytes.len() / 2]).unwrap();
        assert!(complaint().contains("model-00003-of-00003.safetensors: not a safetensors file, or cut short"));
        fs::remove_file(small.join(files[2])).unwrap();
        let message = complaint();
        assert!(
            message.contains("model-00003-of-00003.safetensors: missing; model.safetensors.index.json names it"),
            "{message}"
        );
        fs::remove_file(&index).unwrap();
        let message = complaint();
        assert!(
            message.contains("split over model-00001-of-00003.safetensors, model-00002")
                && message.contains("max_shard_size"),
            "{message}"
        );
    }
}

#[test]
fn rejects_weights_under_another_name_with_what_to_do() {
    let folder = folder("bert", |name| Some(name.to_owned()));
    let small = folder.path().join("small");
    let complaint = || load(&encoder(), folder.path()).unwrap_err().to_string();
    fs::rename(small.join("model.safetensors"), small.join("weights.safetensors")).unwrap();
    assert!(complaint().contains("holds weights.safetensors: rename it"), "{}", complaint());
    fs::rename(small.join("weights.safetensors"), small.join("adapter_model.safetensors")).unwrap();
    assert!(complaint().contains("adapter_model.safetensors") && complaint().contains("merge_and_unload"));
    fs::write(small.join("pytorch_model.bin.index.json"), "{}").unwrap();
    assert!(complaint().contains("only pytorch_model.bin is there (whole or split)"), "{}", complaint());
}
