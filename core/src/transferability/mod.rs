//! Estimators of how well the model of a source suits a target. One estimator per file.
