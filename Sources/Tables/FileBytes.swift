import Glibc

/// The bytes of a file.
///
/// - Throws: ``TableError/unreadable(file:reason:)`` when it is absent, a folder, or may not be read.
public func readFile(_ path: String) throws(TableError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw unreadable(path) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw unreadable(path) }
    guard status.st_mode & S_IFMT != S_IFDIR else { throw .unreadable(file: path, reason: "it is a folder") }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Int(status.st_size))
    var buffer = [UInt8](repeating: 0, count: 1 << 18)
    while true {
        let count = read(descriptor, &buffer, buffer.count)
        if count == 0 { return bytes }
        if count < 0 {
            if errno == EINTR { continue }
            throw unreadable(path)
        }
        bytes += buffer[..<count]
    }
}

private func unreadable(_ path: String) -> TableError {
    .unreadable(file: path, reason: String(cString: strerror(errno)))
}
