/// RFC 4180 as plainly as it can be said: the oracle of the kernel. Commas only; nil where the kernel must refuse.
func plainCSV(_ text: String) -> [[String]]? {
    enum State { case start, plain, quoted, closed }
    var (records, record, field, state) = ([[String]](), [String](), "", State.start)
    let scalars = Array(text.replacingCRLF().unicodeScalars)
    for scalar in scalars {
        switch (state, scalar) {
        case (.start, "\""): state = .quoted
        case (.quoted, "\""): state = .closed
        case (.closed, "\""):
            field.unicodeScalars.append("\"")
            state = .quoted
        case (.quoted, _): field.unicodeScalars.append(scalar)
        case (_, ","):
            record.append(field)
            (field, state) = ("", .start)
        case (_, "\n"):
            record.append(field)
            // A line without a byte is no record; one with quotes is.
            if record != [""] || state != .start { records.append(record) }
            (record, field, state) = ([], "", .start)
        case (.closed, _), (_, "\r"): return nil
        default:
            field.unicodeScalars.append(scalar)
            state = .plain
        }
    }
    if state == .quoted { return nil }
    if state != .start || !record.isEmpty { records.append(record + [field]) }
    return records
}

extension String {
    /// Line ends as line feeds outside quotes. The generated cases have no carriage return within quotes.
    fileprivate func replacingCRLF() -> String {
        var result = String.UnicodeScalarView()
        let scalars = Array(unicodeScalars)
        for (position, scalar) in scalars.enumerated() {
            let isBeforeLineFeed = position + 1 < scalars.count && scalars[position + 1] == "\n"
            if scalar != "\r" || !isBeforeLineFeed { result.append(scalar) }
        }
        return String(result)
    }
}
