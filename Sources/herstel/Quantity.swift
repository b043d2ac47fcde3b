/// Times and sizes for reading.
enum Quantity {
    /// A time: `0.021 s`, `12.3 s`, `14 min`, `3.2 h`.
    static func seconds(_ value: Double) -> String {
        value < 0.1
            ? "\(fixed(value, 3)) s"
            : value < 100
                ? "\(fixed(value, 1)) s" : value < 7200 ? "\(fixed(value / 60, 0)) min" : "\(fixed(value / 3600, 1)) h"
    }

    /// A number of bytes: `294 MB`.
    static func bytes(_ count: Int) -> String {
        let value = Double(count)
        return value < 1e6
            ? "\(fixed(value / 1e3, 0)) kB"
            : value < 1e9 ? "\(fixed(value / 1e6, 0)) MB" : "\(fixed(value / 1e9, 1)) GB"
    }
}
