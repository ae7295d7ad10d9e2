//! Folders that transformers loads although something in them is missing, null, or called otherwise.

use super::*;

/// A BERT with one segment takes single texts; for pairs it is refused where its tokenizer counts two.
#[test]
fn one_segment_is_enough_for_single_texts() {
    let folder = configured("bert", "\"type_vocab_size\": 2", "\"type_vocab_size\": 1");
    let weights = folder.path().join("small/model.safetensors");
    let mut tensors = read_tensors(&fs::read(&weights).unwrap()).unwrap();
    let table = tensors.get_mut("bert.embeddings.token_type_embeddings.weight").unwrap();
    let width = table.shape[1];
    table.data.truncate(width);
    table.shape = vec![1, width];
    fs::write(&weights, write_tensors(&tensors, None).unwrap()).unwrap();
    let error = load(&encoder(), folder.path()).unwrap().check_pairs().unwrap_err().to_string();
    assert!(error.contains("2 texts of a pair") && error.contains("type_vocab_size is 1"), "{error}");
    let template = r#"{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"[CLS]","type_id":0}},
        {"Sequence":{"id":"A","type_id":0}}],"pair":[{"Sequence":{"id":"A","type_id":0}},
        {"Sequence":{"id":"B","type_id":0}}],"special_tokens":{"[CLS]":{"id":"[CLS]","ids":[2],"tokens":["[CLS]"]}}}"#;
    let tokenizer = TOKENIZER.replace("\"post_processor\":null", &format!("\"post_processor\":{template}"));
    assert_ne!(tokenizer, TOKENIZER);
    fs::write(folder.path().join("small/tokenizer.json"), tokenizer).unwrap();
    assert!(load(&encoder(), folder.path()).unwrap().check_pairs().is_ok(), "its tokenizer knows one segment");
}

/// As transformers does with a checkpoint of masked-language modelling: the body as it is, the pooler drawn for the seed.
#[test]
fn a_missing_pooler_is_drawn_for_the_seed_with_a_note() {
    for (name, pooler) in [("bert", "bert.pooler.dense"), ("albert_small", "albert.pooler")] {
        let whole = folder(name, |name| Some(name.to_owned()));
        let (of_whole, notes) = load_with_notes(&encoder(), whole.path()).unwrap();
        assert_eq!(notes, []);
        let without = folder(name, |name| (!name.contains(".pooler.")).then(|| name.to_owned()));
        let (loaded, notes) = load_with_notes(&encoder(), without.path()).unwrap();
        assert_eq!(notes.len(), 1);
        let told = notes[0].to_string();
        assert!(told.starts_with("model.safetensors: no pooler in it") && told.contains("drawn anew"), "{told}");
        assert_eq!((loaded.parameters, &loaded.config), (of_whole.parameters, &of_whole.config));
        let (first, whole) = (drawn(&loaded, 3, "t", 2), drawn(&of_whole, 3, "t", 2));
        let (weight, bias) = (format!("{pooler}.weight"), format!("{pooler}.bias"));
        for (tensor, values) in &whole {
            assert_eq!(&first[tensor] == values, *tensor != weight && *tensor != bias, "{name} {tensor}");
        }
        assert_eq!(first[&weight].shape, whole[&weight].shape);
        assert!(first[&bias].data.iter().all(|v| *v == 0.0));
        // The same for every task of a seed, another for another seed.
        assert_eq!(drawn(&loaded, 3, "u", 2)[&weight], first[&weight]);
        assert_ne!(drawn(&loaded, 4, "t", 2)[&weight], first[&weight]);
        // A run that starts from a trained one has that one's.
        let source = to_safetensors(&whole).unwrap();
        let origin = Origin { encoder: &loaded, source: Some(&source), seed: 3 };
        let body: AnyBody<Host> = origin.body(&loaded.config, &Device::default()).unwrap();
        assert_eq!(tensors_of(&body)[&weight], whole[&weight]);
    }
}

#[test]
fn positions_of_distilbert_are_the_files_whatever_the_flag() {
    let flag = ("\"sinusoidal_pos_embds\": false", "\"sinusoidal_pos_embds\": true");
    let sines = configured("distilbert", flag.0, flag.1);
    let whole = folder("distilbert", |name| Some(name.to_owned()));
    assert_eq!(first_weights(sines.path()), first_weights(whole.path()));
    let random = Encoder {
        path: None,
        tokenizer: Some("small/tokenizer.json".into()),
        config: serde_json::from_slice(&fs::read(sines.path().join("small/config.json")).unwrap()).unwrap(),
        ..encoder()
    };
    let error = load(&random, sines.path()).unwrap_err().to_string();
    assert!(error.contains("sinusoidal_pos_embds is true") && error.contains("no weights"), "{error}");
}

/// A store made before tokenizer_config.json was read stays good where that changes no token: the fingerprint is the hash
/// of the same bytes.
#[test]
fn the_fingerprint_changes_only_where_the_tokenizer_does() {
    let bert = TOKENIZER.replace(
        "\"normalizer\":null",
        "\"normalizer\":{\"type\":\"BertNormalizer\",\"clean_text\":true,\"handle_chinese_chars\":true,\"strip_accents\":null,\"lowercase\":true}",
    );
    let folder = folder("bert", |name| Some(name.to_owned()));
    let small = folder.path().join("small");
    fs::write(small.join("tokenizer.json"), &bert).unwrap();
    let loaded = || load_with_notes(&encoder(), folder.path()).unwrap();
    let mut all = String::new();
    for file in ["config.json", "tokenizer.json", "model.safetensors"] {
        all += &transfermap::fingerprint::digest(&fs::read(small.join(file)).unwrap());
    }
    let before = transfermap::fingerprint::digest((all + "20/Longest").as_bytes());
    assert_eq!(loaded().0.fingerprint, before, "as of a version that knew these three files");
    for (settings, same, notes) in [
        ("{}", true, 0),
        (r#"{"tokenizer_class":"BertTokenizer","do_lower_case":true,"strip_accents":null}"#, true, 0),
        (r#"{"tokenizer_class":"BertTokenizerFast","strip_accents":true}"#, true, 0),
        (r#"{"tokenizer_class":"PreTrainedTokenizerFast","do_lower_case":false}"#, true, 1),
        (r#"{"do_lower_case":false}"#, false, 1),
        (r#"{"strip_accents":false}"#, false, 1),
    ] {
        fs::write(small.join("tokenizer_config.json"), settings).unwrap();
        let (encoder, told) = loaded();
        assert_eq!((encoder.fingerprint == before, told.len()), (same, notes), "{settings}: {told:?}");
        assert_eq!(encoder.tokenizer_json == bert.as_bytes(), same, "{settings}");
    }
    // Named by hand, it is taken as it is.
    let named = Encoder { tokenizer: Some("small/tokenizer.json".into()), ..encoder() };
    let (named, told) = load_with_notes(&named, folder.path()).unwrap();
    assert_eq!((named.fingerprint, told), (before, Vec::new()));
}

#[test]
fn a_field_of_the_wrong_type_is_refused_by_file_and_name() {
    let wrong = configured("bert", "\"num_hidden_layers\": 2", "\"num_hidden_layers\": 2.0");
    let error = load(&encoder(), wrong.path()).unwrap_err().to_string();
    assert!(
        error.ends_with("config.json: num_hidden_layers is 2.0; give a whole number that is not negative"),
        "{error}"
    );
    let null = configured("bert", "\"pad_token_id\": 0", "\"pad_token_id\": null");
    let whole = folder("bert", |name| Some(name.to_owned()));
    assert_eq!(load(&encoder(), null.path()).unwrap().config, load(&encoder(), whole.path()).unwrap().config);
}

/// CamemBERT and XLM-RoBERTa have RoBERTa's layers and tensors, and keep their names.
#[test]
fn camembert_and_xlm_roberta_are_read_as_roberta_and_exported_as_themselves() {
    let whole = first_weights(folder("roberta", |name| Some(name.to_owned())).path());
    for (model_type, class) in
        [("camembert", "CamembertForSequenceClassification"), ("xlm-roberta", "XLMRobertaForSequenceClassification")]
    {
        let to = format!("\"model_type\": \"{model_type}\"");
        let folder = configured("roberta", "\"model_type\": \"roberta\"", &to);
        let loaded = load(&encoder(), folder.path()).unwrap();
        assert_eq!(loaded.architecture, model_type);
        assert_eq!(first_weights(folder.path()), whole);
        let exported = config_with_labels(&loaded.config_json, &["no".into(), "yes".into()]).unwrap();
        let exported: serde_json::Value = serde_json::from_str(&exported).unwrap();
        assert_eq!((&exported["model_type"], &exported["architectures"][0]), (&model_type.into(), &class.into()));
    }
}
