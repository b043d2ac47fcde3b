import Glibc
import Parallelism

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
    // A pipe has no size; a file may grow or shrink while it is read: what the blocks miss is read to the end.
    var bytes = blocks(of: descriptor, size: Int(status.st_size))
    guard lseek(descriptor, off_t(bytes.count), SEEK_SET) >= 0 || bytes.isEmpty else { throw unreadable(path) }
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
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

/// The leading bytes of a file, read in blocks on all threads, as far as every block could be read.
private func blocks(of descriptor: Int32, size: Int) -> [UInt8] {
    let block = 1 << 23
    let count = (size + block - 1) / block
    return [UInt8](unsafeUninitializedCapacity: size) { buffer, initialised in
        guard let base = buffer.baseAddress, count > 0 else { return }
        var lengths = [Int](repeating: 0, count: count)
        lengths.withUnsafeMutableBufferPointer { lengths in
            Threads.forEach(count) { index in
                let wanted = min(block, size - index * block)
                while lengths[index] < wanted {
                    let position = index * block + lengths[index]
                    let read = pread(descriptor, base + position, wanted - lengths[index], off_t(position))
                    if read < 0, errno == EINTR { continue }
                    guard read > 0 else { return }
                    lengths[index] += read
                }
            }
        }
        for length in lengths {
            initialised += length
            if length < block { return }
        }
    }
}

private func unreadable(_ path: String) -> TableError {
    .unreadable(file: path, reason: String(cString: strerror(errno)))
}
