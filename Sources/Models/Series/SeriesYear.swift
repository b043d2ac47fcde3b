import Tables

/// The year of a label: a calendar year, `2021`, or the calendar year in which a school year starts, `2021/22`.
///
/// Also `2021/2022`, `2021-22` and `2021-2022`; the two years of a school year must follow each other.
///
/// - Throws: ``SeriesProblem/notAYear(_:)``.
public func seriesYear(_ label: String) throws(ModelError) -> Double {
    let parts = label.split(omittingEmptySubsequences: false) { $0 == "/" || $0 == "-" }.map(String.init)
    guard let first = parts.first.flatMap(wholeYear), parts.count <= 2 else { throw .series(.notAYear(label)) }
    guard parts.count == 2 else { return Double(first) }
    let next = parts[1]
    let isNext = next.count == 4 ? wholeYear(next) == first + 1 : next.count == 2 && Int(next) == (first + 1) % 100
    guard isNext, next.utf8.allSatisfy(isDigit) else { throw .series(.notAYear(label)) }
    return Double(first)
}

/// A year in words: whole years without decimals.
func yearText(_ year: Double) -> String { shortestText(year) }

private func wholeYear(_ text: String) -> Int? {
    text.count == 4 && text.utf8.allSatisfy(isDigit) ? Int(text) : nil
}

private func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
