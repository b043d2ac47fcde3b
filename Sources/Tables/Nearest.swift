/// The word among some that a mistyped word probably means; nil when none is near.
///
/// Near is at most one change in words of up to four letters, two up to eight, three above (changes are insertions,
/// deletions, substitutions and swaps of neighbours; case counts only between words that are equally near otherwise).
/// Of words that are as near, the first.
public func nearest(to word: String, among words: [String]) -> String? {
    let typed = Array(word.lowercased().unicodeScalars)
    let limit = typed.count <= 4 ? 1 : typed.count <= 8 ? 2 : 3
    let written = Array(word.unicodeScalars)
    var best: (word: String, distance: (Int, Int))?
    for candidate in words {
        let distance = editDistance(typed, Array(candidate.lowercased().unicodeScalars))
        guard distance <= limit else { continue }
        let both = (distance, editDistance(written, Array(candidate.unicodeScalars)))
        if both < best?.distance ?? (.max, .max) { best = (candidate, both) }
    }
    return best?.word
}

/// The restricted Damerau-Levenshtein distance (optimal string alignment).
private func editDistance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
    var beforeLast = [Int](repeating: 0, count: b.count + 1)
    var last = Array(0...b.count)
    for i in 0..<a.count {
        var current = [i + 1] + [Int](repeating: 0, count: b.count)
        for j in 0..<b.count {
            current[j + 1] = min(last[j + 1] + 1, current[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
            if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                current[j + 1] = min(current[j + 1], beforeLast[j - 1] + 1)
            }
        }
        beforeLast = last
        last = current
    }
    return last[b.count]
}
