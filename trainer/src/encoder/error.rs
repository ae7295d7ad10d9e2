//! Why a configuration makes no model, or a parameter gets no values.

/// What makes no model of a configuration, by the architecture's own field names.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigFault {
    #[error("{field} `{value}` is not known; known: {known}")]
    Unknown { field: &'static str, value: String, known: &'static str },
    #[error("{0} is 0; give at least 1")]
    Zero(&'static str),
    #[error("{field} is {value}, which no encoder that can be trained here has; give at most {most}")]
    TooLarge { field: &'static str, value: usize, most: usize },
    #[error("its sizes make about {parameters:.1e} parameters; at most {most:.0e} can be trained here")]
    TooMany { parameters: f64, most: f64 },
    #[error("{} {} is no multiple of {} {}", .hidden.0, .hidden.1, .heads.0, .heads.1)]
    Heads { hidden: (&'static str, usize), heads: (&'static str, usize) },
    #[error("{field} is {rate}; give a share of at least 0 and below 1")]
    Rate { field: &'static str, rate: f64 },
    #[error("pad_token_id {padding} is outside vocab_size {vocabulary}")]
    Padding { padding: usize, vocabulary: usize },
    #[error("pad_token_id: {0}")]
    PaddingSize(std::num::TryFromIntError),
    #[error("{field} is {given}; only {only} is known with these sizes")]
    Only { field: &'static str, given: usize, only: usize },
    #[error("{field} {id} is outside vocab_size {vocabulary}")]
    Token { field: &'static str, id: usize, vocabulary: usize },
    #[error(
        "{} is {buckets} and {} {distance}: give at least {least} of the first, and a second above {above}",
        .fields[0],
        .fields[1]
    )]
    Buckets { fields: [&'static str; 2], buckets: usize, distance: usize, least: usize, above: usize },
    #[error("num_hidden_groups {groups} is more than num_hidden_layers {layers}")]
    Groups { groups: usize, layers: usize },
    #[error("max_position_embeddings {positions} leaves no position: they begin at {first}")]
    Positions { positions: usize, first: usize },
}

/// Why a parameter gets no values.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ParameterError {
    #[error("initializer_range {initializer_range}: {fault}")]
    InitializerRange { initializer_range: f64, fault: rand_distr::NormalError },
    #[error("{name}: {values} values for the shape {shape:?}")]
    Length { name: String, values: usize, shape: Vec<usize> },
}
