//! Parameters by their HuggingFace names: filling a model, reading it, walking over it with gradients.
//!
//! A linear weight is `[in, out]` here and `[out, in]` there; values given and taken are in HuggingFace's layout.

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};

use super::error::ParameterError;

/// A tensor's values on the host, in HuggingFace's layout.
#[derive(Debug, Clone, PartialEq)]
pub struct Values {
    /// Dimensions.
    pub shape: Vec<usize>,
    /// Row by row.
    pub data: Vec<f32>,
}

/// The path from the model to the parameter that is being visited.
#[derive(Debug, Default)]
pub struct Path {
    parts: Vec<(String, bool)>,
}

impl Path {
    /// Enters a field or an element. Nothing is added for the variant of an enum (which architecture it is), and a
    /// field `self_` is called `self`, as no field can be.
    pub fn enter(&mut self, name: &str, container: &str) {
        let name = match name {
            _ if container.starts_with("Enum:") => "",
            "self_" => "self",
            _ => name,
        };
        self.parts.push((name.to_owned(), container == "Struct:Linear"));
    }

    /// Leaves it.
    pub fn exit(&mut self) {
        self.parts.pop();
    }

    /// The name, for example `albert.pooler.weight`.
    pub fn name(&self) -> String {
        self.parts.iter().map(|(n, _)| n.as_str()).filter(|n| !n.is_empty()).collect::<Vec<_>>().join(".")
    }

    /// Whether the parameter is a linear weight, whose layout differs.
    pub fn transposed(&self) -> bool {
        matches!(self.parts.as_slice(), [.., (_, _), (name, true)] if name == "weight")
    }
}

/// Gives the values of a parameter by its name and shape.
pub type Source<'a, E> = &'a mut dyn FnMut(&str, &[usize]) -> Result<Vec<f32>, E>;

/// Returns `model` with every parameter set to what `source` gives for its name and shape (HuggingFace's layout).
///
/// # Errors
/// The first error of `source`, or values of another shape.
pub fn fill<B: Backend, M: Module<B>, E: From<ParameterError>>(model: M, source: Source<'_, E>) -> Result<M, E> {
    let mut filler = Filler { path: Path::default(), source, error: None };
    let model = model.map(&mut filler);
    filler.error.map_or(Ok(model), Err)
}

struct Filler<'a, E> {
    path: Path,
    source: Source<'a, E>,
    error: Option<E>,
}

impl<B: Backend, E: From<ParameterError>> ModuleMapper<B> for Filler<'_, E> {
    fn enter_module(&mut self, name: &str, container_type: &str) {
        self.path.enter(name, container_type);
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.exit();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<B, D>>) -> Param<Tensor<B, D>> {
        let id = param.id;
        let tensor = param.val();
        let mut shape = tensor.dims().to_vec();
        let transposed = self.path.transposed();
        if transposed {
            shape.reverse();
        }
        let name = self.path.name();
        match (self.source)(&name, &shape) {
            Ok(data) if data.len() == shape.iter().product::<usize>() => {
                let mut data = TensorData::new(data, shape.clone());
                if transposed {
                    data = TensorData::new(transpose(&data.to_vec().unwrap_or_default(), &shape), tensor.dims());
                }
                // `Param::map` would lose require_grad and freeze the parameter silently.
                Param::initialized(id, Tensor::from_data(data, &tensor.device()).require_grad())
            }
            Ok(data) => {
                let values = data.len();
                self.error.get_or_insert_with(|| ParameterError::Length { name, values, shape }.into());
                param
            }
            Err(error) => {
                self.error.get_or_insert(error);
                param
            }
        }
    }
}

/// Rows and columns of `[a, b]` values exchanged.
fn transpose(values: &[f32], shape: &[usize]) -> Vec<f32> {
    let [rows, columns] = *shape else { return values.to_vec() };
    (0..columns).flat_map(|c| (0..rows).map(move |r| values[r * columns + c])).collect()
}

/// Calls `take` with the name and the values of every parameter, in the model's order.
pub fn collect<B: Backend, M: Module<B>>(model: &M, take: &mut dyn FnMut(String, Values)) {
    each(model, &mut |name, _, values| take(name, values()));
}

/// As [`collect`], with the shapes alone: no memory is touched.
pub fn shapes<B: Backend, M: Module<B>>(model: &M, take: &mut dyn FnMut(String, Vec<usize>)) {
    each(model, &mut |name, shape, _| take(name, shape));
}

/// What is done with a parameter's name, its shape and, where they are asked for, its values.
type Take<'a> = &'a mut dyn FnMut(String, Vec<usize>, &dyn Fn() -> Values);

fn each<B: Backend, M: Module<B>>(model: &M, take: Take<'_>) {
    struct Collector<'a> {
        path: Path,
        take: Take<'a>,
    }
    impl<B: Backend> ModuleVisitor<B> for Collector<'_> {
        fn enter_module(&mut self, name: &str, container_type: &str) {
            self.path.enter(name, container_type);
        }

        fn exit_module(&mut self, _: &str, _: &str) {
            self.path.exit();
        }

        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<B, D>>) {
            let (tensor, transposed) = (param.val(), self.path.transposed());
            let mut shape = tensor.dims().to_vec();
            if transposed {
                shape.reverse();
            }
            (self.take)(self.path.name(), shape, &|| values(tensor.clone(), transposed));
        }
    }
    model.visit(&mut Collector { path: Path::default(), take });
}

/// A tensor on the host, in HuggingFace's layout.
pub fn values<B: Backend, const D: usize>(tensor: Tensor<B, D>, transposed: bool) -> Values {
    let mut shape = tensor.dims().to_vec();
    let mut data: Vec<f32> = tensor.into_data().convert::<f32>().into_vec().unwrap_or_default();
    if transposed {
        data = transpose(&data, &shape);
        shape.reverse();
    }
    Values { shape, data }
}
