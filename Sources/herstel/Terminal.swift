import Glibc

/// Standard error: progress and remarks. Standard output is for results only.
enum Terminal {
    /// Whether standard error is a terminal that can redraw a line.
    static var isInteractive: Bool {
        isatty(STDERR_FILENO) == 1 && getenv("TERM").map { String(cString: $0) } != "dumb"
    }

    /// Prints a line on standard error, without control characters that data or file names may hold.
    static func note(_ text: String) { write(printable(text) + "\n") }

    static func write(_ text: String) {
        let bytes = Array(text.utf8)
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(STDERR_FILENO, $0.baseAddress.map { $0 + written }, bytes.count - written)
            }
            guard count > 0 else { return }
            written += count
        }
    }

    static func printable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    let isControl = scalar.value < 32 && scalar != "\n" || (127..<160).contains(scalar.value)
                    return isControl ? "?" : scalar
                }))
    }
}
