//! numpy PCG64
