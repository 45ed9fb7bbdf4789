//! task: red/mean
//! shape: scoped threads over chunks of a borrowed slice
fn mean(values: &[f64]) -> f64 {
    let chunk = values.len().div_ceil(4).max(1);
    let sums: Vec<f64> = std::thread::scope(|scope| {
        let workers: Vec<_> = values
            .chunks(chunk)
            .map(|part| scope.spawn(move || part.iter().sum::<f64>()))
            .collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).collect()
    });
    sums.iter().sum::<f64>() / values.len() as f64
}
