//! task: red/tick
//! shape: body
//! form: body
    for _ in 0..6 {
        clock.advance(10);
    }
    clock.shown()
}
