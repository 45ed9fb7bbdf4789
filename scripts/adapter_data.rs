//! Training data of the embedded adapter: small functions written for this purpose.
//!
//! Each item is a comment, a signature and a body. `train_adapter.py` shows the model the comment
//! and the signature, and teaches it the whole function. No function has the name of a
//! HumanEval-Rust entry point or solves one of its tasks; `train_adapter.py --check FILE` compares.
//! `rustc --crate-type lib --edition 2021 adapter_data.rs` compiles all of it.

// Convert a temperature from degrees Celsius to degrees Fahrenheit.
pub fn celsius_to_fahrenheit(celsius: f64) -> f64 {
    celsius * 9.0 / 5.0 + 32.0
}

// Return the number of seconds in the given hours, minutes and seconds.
pub fn total_seconds(hours: u32, minutes: u32, seconds: u32) -> u32 {
    hours * 3600 + minutes * 60 + seconds
}

// Format a number of seconds as "h:mm:ss".
pub fn format_duration(seconds: u32) -> String {
    format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

// Tell whether a year is a leap year in the Gregorian calendar.
pub fn is_leap_year(year: u32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

// Return the number of days in the given month (1 to 12) of a year that is not a leap year.
// Return None for any other month.
pub fn days_in_month(month: u32) -> Option<u32> {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => Some(31),
        4 | 6 | 9 | 11 => Some(30),
        2 => Some(28),
        _ => None,
    }
}

// Return the area of a rectangle.
pub fn rectangle_area(width: f64, height: f64) -> f64 {
    width * height
}

// Return the perimeter of a rectangle.
pub fn rectangle_perimeter(width: u32, height: u32) -> u32 {
    2 * (width + height)
}

// Return the Euclidean distance between two points of the plane.
pub fn distance(a: (f64, f64), b: (f64, f64)) -> f64 {
    let dx = a.0 - b.0;
    let dy = a.1 - b.1;
    (dx * dx + dy * dy).sqrt()
}

// Return the Manhattan distance between two points of a grid.
pub fn manhattan_distance(a: (i32, i32), b: (i32, i32)) -> i32 {
    (a.0 - b.0).abs() + (a.1 - b.1).abs()
}

// Tell whether the point lies inside the circle or on its border.
pub fn in_circle(point: (f64, f64), center: (f64, f64), radius: f64) -> bool {
    let dx = point.0 - center.0;
    let dy = point.1 - center.1;
    dx * dx + dy * dy <= radius * radius
}

// Return the dot product of two slices of the same length.
pub fn dot_product(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

// Transpose a matrix given as rows of equal length.
pub fn transpose(matrix: &[Vec<i32>]) -> Vec<Vec<i32>> {
    if matrix.is_empty() {
        return Vec::new();
    }
    (0..matrix[0].len())
        .map(|column| matrix.iter().map(|row| row[column]).collect())
        .collect()
}

// Return the sum of the main diagonal of a square matrix.
pub fn trace(matrix: &[Vec<i64>]) -> i64 {
    matrix.iter().enumerate().map(|(i, row)| row[i]).sum()
}

// Build the identity matrix with n rows.
pub fn identity_matrix(n: usize) -> Vec<Vec<i32>> {
    let mut matrix = vec![vec![0; n]; n];
    for i in 0..n {
        matrix[i][i] = 1;
    }
    matrix
}

// Count the bits that differ between two numbers.
pub fn hamming_distance(a: u32, b: u32) -> u32 {
    (a ^ b).count_ones()
}

// Tell whether the bit at the given position is set.
pub fn bit_is_set(value: u32, position: u32) -> bool {
    value >> position & 1 == 1
}

// Return the value with the bit at the given position set.
pub fn set_bit(value: u32, position: u32) -> u32 {
    value | (1 << position)
}

// Return the value with its four bytes in the opposite order.
pub fn reverse_bytes(value: u32) -> u32 {
    value.swap_bytes()
}

// Pack red, green and blue into one number of the form 0xRRGGBB.
pub fn pack_rgb(red: u8, green: u8, blue: u8) -> u32 {
    (u32::from(red) << 16) | (u32::from(green) << 8) | u32::from(blue)
}

// Split a number of the form 0xRRGGBB into red, green and blue.
pub fn unpack_rgb(color: u32) -> (u8, u8, u8) {
    ((color >> 16) as u8, (color >> 8) as u8, color as u8)
}

// Return the brightness of a color as the rounded-down mean of its channels.
pub fn brightness(red: u8, green: u8, blue: u8) -> u8 {
    ((u16::from(red) + u16::from(green) + u16::from(blue)) / 3) as u8
}

// Return the first word of a sentence, or an empty string if there is none.
pub fn first_word(sentence: &str) -> &str {
    sentence.split_whitespace().next().unwrap_or("")
}

// Return the initials of a name, in upper case.
pub fn initials(name: &str) -> String {
    name.split_whitespace()
        .filter_map(|word| word.chars().next())
        .flat_map(char::to_uppercase)
        .collect()
}

// Turn the first letter of every word into upper case and join the words with one space.
pub fn title_case(text: &str) -> String {
    let mut words = Vec::new();
    for word in text.split_whitespace() {
        let mut letters = word.chars();
        if let Some(first) = letters.next() {
            words.push(first.to_uppercase().collect::<String>() + letters.as_str());
        }
    }
    words.join(" ")
}

// Convert a name such as "file_size" to "fileSize".
pub fn snake_to_camel(name: &str) -> String {
    let mut result = String::new();
    let mut raise = false;
    for c in name.chars() {
        if c == '_' {
            raise = true;
        } else if raise {
            result.extend(c.to_uppercase());
            raise = false;
        } else {
            result.push(c);
        }
    }
    result
}

// Convert a name such as "fileSize" to "file_size".
pub fn camel_to_snake(name: &str) -> String {
    let mut result = String::new();
    for c in name.chars() {
        if c.is_uppercase() {
            result.push('_');
            result.extend(c.to_lowercase());
        } else {
            result.push(c);
        }
    }
    result
}

// Repeat every character of the text n times.
pub fn stretch(text: &str, n: usize) -> String {
    text.chars().flat_map(|c| std::iter::repeat(c).take(n)).collect()
}

// Return the words of the sentence in the opposite order, separated by one space.
pub fn reverse_word_order(sentence: &str) -> String {
    let mut words: Vec<&str> = sentence.split_whitespace().collect();
    words.reverse();
    words.join(" ")
}

// Count the lines of a text that are not blank.
pub fn count_nonblank_lines(text: &str) -> usize {
    text.lines().filter(|line| !line.trim().is_empty()).count()
}

// Put the prefix in front of every line.
pub fn indent_lines(text: &str, prefix: &str) -> String {
    text.lines()
        .map(|line| format!("{prefix}{line}"))
        .collect::<Vec<_>>()
        .join("\n")
}

// Shorten the text to at most n characters, and end it with "..." if something was cut away.
pub fn ellipsis(text: &str, n: usize) -> String {
    if text.chars().count() <= n {
        return text.to_string();
    }
    let mut short: String = text.chars().take(n).collect();
    short.push_str("...");
    short
}

// Pad the text with spaces on the left until it is `width` characters long.
pub fn pad_left(text: &str, width: usize) -> String {
    format!("{text:>width$}")
}

// Return the file extension of a path without the dot, or None if it has none.
pub fn file_extension(path: &str) -> Option<&str> {
    let name = path.rsplit('/').next()?;
    let (stem, extension) = name.rsplit_once('.')?;
    if stem.is_empty() {
        None
    } else {
        Some(extension)
    }
}

// Split "key=value" into its two parts, or return None if there is no equals sign.
pub fn parse_setting(line: &str) -> Option<(String, String)> {
    let (key, value) = line.split_once('=')?;
    Some((key.trim().to_string(), value.trim().to_string()))
}

// Parse "WIDTHxHEIGHT", such as "640x480".
pub fn parse_size(text: &str) -> Option<(u32, u32)> {
    let (width, height) = text.split_once('x')?;
    Some((width.parse().ok()?, height.parse().ok()?))
}

// Parse a time such as "13:45" into minutes after midnight. Return an error text if it is invalid.
pub fn minutes_after_midnight(time: &str) -> Result<u32, String> {
    let (hours, minutes) = time.split_once(':').ok_or("no colon")?;
    let hours: u32 = hours.parse().map_err(|_| "bad hours")?;
    let minutes: u32 = minutes.parse().map_err(|_| "bad minutes")?;
    if hours > 23 || minutes > 59 {
        return Err("out of range".to_string());
    }
    Ok(hours * 60 + minutes)
}

// Tell whether the text is a valid IPv4 address in dotted form.
pub fn is_ipv4(text: &str) -> bool {
    let parts: Vec<&str> = text.split('.').collect();
    parts.len() == 4 && parts.iter().all(|part| part.parse::<u8>().is_ok())
}

// Hide all but the last four characters of a card number with stars.
pub fn mask_card(number: &str) -> String {
    let length = number.chars().count();
    number
        .chars()
        .enumerate()
        .map(|(i, c)| if i + 4 < length { '*' } else { c })
        .collect()
}

// Encode a text by run lengths: "aaab" becomes "3a1b".
pub fn run_length_encode(text: &str) -> String {
    let mut result = String::new();
    let mut letters = text.chars().peekable();
    while let Some(c) = letters.next() {
        let mut count = 1;
        while letters.peek() == Some(&c) {
            letters.next();
            count += 1;
        }
        result.push_str(&format!("{count}{c}"));
    }
    result
}

// Spell a word with the letters separated by hyphens, in upper case: "rust" becomes "R-U-S-T".
pub fn spell_out(word: &str) -> String {
    let letters: Vec<String> = word.chars().map(|c| c.to_uppercase().to_string()).collect();
    letters.join("-")
}

// Tell whether the text begins and ends with a double quote and has at least two characters.
pub fn is_quoted(text: &str) -> bool {
    text.len() >= 2 && text.starts_with('"') && text.ends_with('"')
}

// Count how often each word occurs, ignoring case.
pub fn word_counts(text: &str) -> std::collections::HashMap<String, usize> {
    let mut counts = std::collections::HashMap::new();
    for word in text.split_whitespace() {
        *counts.entry(word.to_lowercase()).or_insert(0) += 1;
    }
    counts
}

// Group the words by their first letter.
pub fn index_words(words: &[&str]) -> std::collections::BTreeMap<char, Vec<String>> {
    let mut index = std::collections::BTreeMap::new();
    for word in words {
        if let Some(first) = word.chars().next() {
            index.entry(first).or_insert_with(Vec::new).push(word.to_string());
        }
    }
    index
}

// Swap keys and values.
pub fn invert_map(
    map: &std::collections::HashMap<String, u32>,
) -> std::collections::HashMap<u32, String> {
    map.iter().map(|(key, value)| (*value, key.clone())).collect()
}

// Split a slice into pieces of the given size; the last piece may be shorter.
pub fn pieces(items: &[i32], size: usize) -> Vec<Vec<i32>> {
    items.chunks(size).map(|piece| piece.to_vec()).collect()
}

// Return the sums of every two neighbours.
pub fn neighbour_sums(numbers: &[i32]) -> Vec<i32> {
    numbers.windows(2).map(|pair| pair[0] + pair[1]).collect()
}

// Return the running totals of a slice.
pub fn running_totals(numbers: &[i64]) -> Vec<i64> {
    let mut total = 0;
    numbers
        .iter()
        .map(|n| {
            total += n;
            total
        })
        .collect()
}

// Move the first n items of a vector to its end.
pub fn rotate_items(mut items: Vec<u8>, n: usize) -> Vec<u8> {
    if !items.is_empty() {
        let n = n % items.len();
        items.rotate_left(n);
    }
    items
}

// Return every second item, starting with the first.
pub fn every_second(items: &[String]) -> Vec<String> {
    items.iter().step_by(2).cloned().collect()
}

// Insert the value into a sorted vector so that it stays sorted.
pub fn insert_sorted(items: &mut Vec<i32>, value: i32) {
    let position = items.partition_point(|item| *item < value);
    items.insert(position, value);
}

// Find the position of the target in a sorted slice by binary search.
pub fn binary_search_position(items: &[i32], target: i32) -> Option<usize> {
    let mut low = 0;
    let mut high = items.len();
    while low < high {
        let middle = low + (high - low) / 2;
        if items[middle] == target {
            return Some(middle);
        }
        if items[middle] < target {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    None
}

// Sort the numbers with bubble sort.
pub fn bubble_sort(mut numbers: Vec<i32>) -> Vec<i32> {
    for end in (1..numbers.len()).rev() {
        for i in 0..end {
            if numbers[i] > numbers[i + 1] {
                numbers.swap(i, i + 1);
            }
        }
    }
    numbers
}

// Return the range from the smallest to the largest temperature of a day as "min..max".
pub fn temperature_span(readings: &[i16]) -> String {
    let low = readings.iter().min().copied().unwrap_or(0);
    let high = readings.iter().max().copied().unwrap_or(0);
    format!("{low}..{high}")
}

// Tell whether the second slice occurs inside the first as a run of neighbours.
pub fn contains_run(items: &[u8], run: &[u8]) -> bool {
    run.is_empty() || items.windows(run.len()).any(|window| window == run)
}

// Return the items that are in the first slice and not in the second.
pub fn difference(a: &[i32], b: &[i32]) -> Vec<i32> {
    a.iter().filter(|item| !b.contains(item)).copied().collect()
}

// Pair each name with its score.
pub fn pair_up(names: &[&str], scores: &[u32]) -> Vec<(String, u32)> {
    names
        .iter()
        .zip(scores)
        .map(|(name, score)| (name.to_string(), *score))
        .collect()
}

// Return the name with the highest score, or None for an empty slice.
pub fn winner(scores: &[(String, u32)]) -> Option<&str> {
    scores
        .iter()
        .max_by_key(|(_, score)| *score)
        .map(|(name, _)| name.as_str())
}

// Replace every number above the limit by the limit.
pub fn cap_values(numbers: &[i32], limit: i32) -> Vec<i32> {
    numbers.iter().map(|n| (*n).min(limit)).collect()
}

// Scale every number by the factor, in place.
pub fn scale_in_place(numbers: &mut [f32], factor: f32) {
    for n in numbers.iter_mut() {
        *n *= factor;
    }
}

// Count the numbers from low to high, both included.
pub fn count_in_range(numbers: &[i32], low: i32, high: i32) -> usize {
    numbers.iter().filter(|n| (low..=high).contains(*n)).count()
}

// Return how many steps of 1, 2, 4, 8 and so on are needed to get past n.
pub fn doubling_steps(n: u64) -> u32 {
    let mut steps = 0;
    let mut value: u64 = 1;
    while value <= n {
        value *= 2;
        steps += 1;
    }
    steps
}

// Raise the base to the exponent by repeated squaring.
pub fn power(base: u64, exponent: u32) -> u64 {
    let mut result = 1;
    let mut square = base;
    let mut rest = exponent;
    while rest > 0 {
        if rest % 2 == 1 {
            result *= square;
        }
        square = square.wrapping_mul(square);
        rest /= 2;
    }
    result
}

// Return the number with its decimal digits in the opposite order.
pub fn reverse_number(mut n: u64) -> u64 {
    let mut reversed = 0;
    while n > 0 {
        reversed = reversed * 10 + n % 10;
        n /= 10;
    }
    reversed
}

// Return the repeated digit sum of n, which is a single digit.
pub fn digital_root(mut n: u32) -> u32 {
    while n > 9 {
        let mut sum = 0;
        while n > 0 {
            sum += n % 10;
            n /= 10;
        }
        n = sum;
    }
    n
}

// Return how many full boxes of the given size n items fill, and how many items are left.
pub fn full_boxes(n: u64, size: u64) -> (u64, u64) {
    (n / size, n % size)
}

// Return the number of ways to choose k items out of n.
pub fn binomial(n: u64, k: u64) -> u64 {
    if k > n {
        return 0;
    }
    let mut result = 1;
    for i in 0..k {
        result = result * (n - i) / (i + 1);
    }
    result
}

// Return row n of Pascal's triangle.
pub fn pascal_row(n: usize) -> Vec<u64> {
    let mut row = vec![1];
    for k in 0..n {
        let next = row[k] * (n - k) as u64 / (k as u64 + 1);
        row.push(next);
    }
    row
}

// Round up to the next multiple of the step.
pub fn round_up(value: u32, step: u32) -> u32 {
    (value + step - 1) / step * step
}

// Return the value of a share of the whole in percent, or None if the whole is zero.
pub fn percentage(part: f64, whole: f64) -> Option<f64> {
    if whole == 0.0 {
        None
    } else {
        Some(part / whole * 100.0)
    }
}

// Return the amount after the given number of years at a yearly interest rate.
pub fn compound_interest(amount: f64, rate: f64, years: u32) -> f64 {
    amount * (1.0 + rate).powi(years as i32)
}

// Interpolate linearly between a and b; t is 0 at a and 1 at b.
pub fn lerp(a: f64, b: f64, t: f64) -> f64 {
    a + (b - a) * t
}

// Wrap an angle in degrees into the range from 0 up to 360.
pub fn wrap_degrees(angle: f64) -> f64 {
    angle.rem_euclid(360.0)
}

// Return the body mass index for a weight in kilograms and a height in metres.
pub fn body_mass_index(weight: f64, height: f64) -> f64 {
    weight / (height * height)
}

// Return the real solutions of a*x*x + b*x + c = 0 where a is not zero.
pub fn quadratic_roots(a: f64, b: f64, c: f64) -> Vec<f64> {
    let discriminant = b * b - 4.0 * a * c;
    if discriminant < 0.0 {
        return vec![];
    }
    if discriminant == 0.0 {
        return vec![-b / (2.0 * a)];
    }
    let root = discriminant.sqrt();
    vec![(-b - root) / (2.0 * a), (-b + root) / (2.0 * a)]
}

// Return the mean of the values weighted by the weights, or 0 if the weights add up to 0.
pub fn weighted_mean(values: &[f64], weights: &[f64]) -> f64 {
    let total: f64 = weights.iter().sum();
    if total == 0.0 {
        return 0.0;
    }
    values.iter().zip(weights).map(|(v, w)| v * w).sum::<f64>() / total
}

// Return the moving average over the given window.
pub fn moving_average(numbers: &[f64], window: usize) -> Vec<f64> {
    numbers
        .windows(window)
        .map(|part| part.iter().sum::<f64>() / window as f64)
        .collect()
}

// Return the sign of a number as -1, 0 or 1.
pub fn sign(n: i32) -> i32 {
    match n {
        n if n < 0 => -1,
        0 => 0,
        _ => 1,
    }
}

// Return "low", "medium" or "high" for a load between 0 and 100.
pub fn load_level(load: u32) -> &'static str {
    match load {
        0..=33 => "low",
        34..=66 => "medium",
        _ => "high",
    }
}

// Return the name of a day of the week, where 0 is Monday.
pub fn weekday_name(day: u32) -> &'static str {
    match day % 7 {
        0 => "Monday",
        1 => "Tuesday",
        2 => "Wednesday",
        3 => "Thursday",
        4 => "Friday",
        5 => "Saturday",
        _ => "Sunday",
    }
}

// Return the price after a discount of 10 percent for orders of 100 or more.
pub fn discounted_price(price: f64) -> f64 {
    if price >= 100.0 {
        price * 0.9
    } else {
        price
    }
}

// Return the change for a paid amount in as few coins of 25, 10, 5 and 1 as possible.
pub fn coins_for_change(mut amount: u32) -> Vec<u32> {
    let mut coins = Vec::new();
    for coin in [25, 10, 5, 1] {
        while amount >= coin {
            amount -= coin;
            coins.push(coin);
        }
    }
    coins
}

// Withdraw from the balance and return what is left, or an error text if the balance is too low.
pub fn withdraw(balance: u64, amount: u64) -> Result<u64, String> {
    balance
        .checked_sub(amount)
        .ok_or_else(|| format!("balance is only {balance}"))
}

// Add two numbers and return None on overflow.
pub fn checked_total(a: i32, b: i32) -> Option<i32> {
    a.checked_add(b)
}

// Return the larger of two optional numbers, or None if both are missing.
pub fn larger_of(a: Option<i32>, b: Option<i32>) -> Option<i32> {
    match (a, b) {
        (Some(x), Some(y)) => Some(x.max(y)),
        (x, None) => x,
        (None, y) => y,
    }
}

// Return the first error text, or all the numbers if there is no error.
pub fn collect_results(items: Vec<Result<i32, String>>) -> Result<Vec<i32>, String> {
    items.into_iter().collect()
}

// Return the text, or "unknown" if it is missing or blank.
pub fn text_or_unknown(text: Option<&str>) -> String {
    match text {
        Some(t) if !t.trim().is_empty() => t.to_string(),
        _ => "unknown".to_string(),
    }
}

// Exchange two values through their references.
pub fn exchange_values(a: &mut i32, b: &mut i32) {
    std::mem::swap(a, b);
}

// Take everything out of the vector and return it, leaving the vector empty.
pub fn drain_all(items: &mut Vec<String>) -> Vec<String> {
    items.drain(..).collect()
}

// Apply the function twice.
pub fn apply_twice<F: Fn(i32) -> i32>(f: F, value: i32) -> i32 {
    f(f(value))
}

// Return the item at the position counted from the end, where 0 is the last item.
pub fn from_end<T: Clone>(items: &[T], position: usize) -> Option<T> {
    items.iter().rev().nth(position).cloned()
}

// Return how far two words agree from their beginning, in characters.
pub fn shared_prefix_length(a: &str, b: &str) -> usize {
    a.chars().zip(b.chars()).take_while(|(x, y)| x == y).count()
}

// Count the characters at which two words of the same length differ.
pub fn mismatches(a: &str, b: &str) -> usize {
    a.chars().zip(b.chars()).filter(|(x, y)| x != y).count()
}

// Keep only letters and digits.
pub fn keep_alphanumeric(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

// Return the text with every tab replaced by the given number of spaces.
pub fn expand_tabs(text: &str, width: usize) -> String {
    text.replace('\t', &" ".repeat(width))
}

// Draw a horizontal bar of the given length, such as "[###  ]" for 3 of 5.
pub fn progress_bar(done: usize, total: usize) -> String {
    let rest = total.saturating_sub(done);
    format!("[{}{}]", "#".repeat(done), " ".repeat(rest))
}

// Return a greeting for the name.
pub fn greet(name: &str) -> String {
    format!("Hello, {name}!")
}

// Build a line of comma-separated values, with quotes around values that hold a comma.
pub fn csv_line(values: &[&str]) -> String {
    let quoted: Vec<String> = values
        .iter()
        .map(|value| {
            if value.contains(',') {
                format!("\"{value}\"")
            } else {
                value.to_string()
            }
        })
        .collect();
    quoted.join(",")
}

// Return the sum of the bytes modulo 256.
pub fn checksum(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |sum: u8, byte| sum.wrapping_add(*byte))
}

// Combine two bytes into one number, the first byte being the more significant one.
pub fn join_bytes(high: u8, low: u8) -> u16 {
    u16::from_be_bytes([high, low])
}

// Return the neighbours of a cell that lie inside a grid of the given width and height.
pub fn grid_neighbours(x: usize, y: usize, width: usize, height: usize) -> Vec<(usize, usize)> {
    let mut cells = Vec::new();
    if x > 0 {
        cells.push((x - 1, y));
    }
    if x + 1 < width {
        cells.push((x + 1, y));
    }
    if y > 0 {
        cells.push((x, y - 1));
    }
    if y + 1 < height {
        cells.push((x, y + 1));
    }
    cells
}

// Move a point by one step in the direction 'N', 'S', 'E' or 'W'; stay for any other letter.
pub fn step(position: (i32, i32), direction: char) -> (i32, i32) {
    let (x, y) = position;
    match direction {
        'N' => (x, y + 1),
        'S' => (x, y - 1),
        'E' => (x + 1, y),
        'W' => (x - 1, y),
        _ => position,
    }
}

// Tell whether two ranges, given as start and end, overlap. The ends are not included.
pub fn ranges_overlap(a: (u32, u32), b: (u32, u32)) -> bool {
    a.0 < b.1 && b.0 < a.1
}

// Return the letter for a column of a spreadsheet, where 0 is 'A' and 25 is 'Z'.
pub fn column_letter(column: u8) -> Option<char> {
    if column < 26 {
        Some((b'A' + column) as char)
    } else {
        None
    }
}

// Return the value of a hand of cards, where an ace (1) counts 11 if the total stays at most 21.
pub fn hand_value(cards: &[u32]) -> u32 {
    let total: u32 = cards.iter().sum();
    if cards.contains(&1) && total + 10 <= 21 {
        total + 10
    } else {
        total
    }
}

// Return the deepest level of the tree given by each node's parent; the root has no parent.
pub fn tree_depth(parents: &[Option<usize>]) -> usize {
    let mut deepest = 0;
    for start in 0..parents.len() {
        let mut depth = 1;
        let mut node = start;
        while let Some(parent) = parents[node] {
            depth += 1;
            node = parent;
        }
        deepest = deepest.max(depth);
    }
    deepest
}

// Evaluate an expression in reverse Polish notation, such as "3 4 + 2 *".
pub fn evaluate_rpn(expression: &str) -> Option<i64> {
    let mut stack: Vec<i64> = Vec::new();
    for token in expression.split_whitespace() {
        if let Ok(number) = token.parse() {
            stack.push(number);
            continue;
        }
        let right = stack.pop()?;
        let left = stack.pop()?;
        stack.push(match token {
            "+" => left + right,
            "-" => left - right,
            "*" => left * right,
            _ => return None,
        });
    }
    stack.pop()
}
