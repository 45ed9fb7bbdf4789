//! task: red/add
//! shape: dynamic typing, type names and module paths
use std::any::{type_name, Any};

fn as_number(value: &dyn Any) -> Option<i32> {
    value.downcast_ref::<i32>().copied()
}

fn add(a: i32, b: i32) -> i32 {
    let place = (file!(), line!(), column!(), module_path!());
    assert!(type_name::<i32>() == "i32" && place.1 > 0 && stringify!(a + b) == "a + b");
    let values: Vec<Box<dyn Any>> = vec![Box::new(a), Box::new("text"), Box::new(b)];
    values.iter().filter_map(|value| as_number(value.as_ref())).fold(0, i32::wrapping_add)
}
