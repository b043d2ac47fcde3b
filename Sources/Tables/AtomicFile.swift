import Glibc

/// Writes a file so that a reader sees the old content or the new one, never a mixture: a temporary name in the same
/// folder, synced, renamed, and the folder synced.
///
/// - Throws: ``TableError/unwritable(file:reason:)``; the old file is then untouched and no temporary file remains.
public func writeAtomically(_ bytes: [UInt8], to path: String) throws(TableError) {
    let (folder, name) = split(path)
    let temporary = "\(folder)/.\(name).\(getpid()).tmp"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw failure(path) }
    do throws(TableError) {
        try writeAll(bytes, to: descriptor, path)
        guard fsync(descriptor) == 0 else { throw failure(path) }
    } catch {
        close(descriptor)
        unlink(temporary)
        throw error
    }
    guard close(descriptor) == 0, rename(temporary, path) == 0 else {
        let error = failure(path)
        unlink(temporary)
        throw error
    }
    syncFolder(folder)
}

private func split(_ path: String) -> (folder: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return (".", path) }
    let folder = slash == path.startIndex ? "/" : String(path[..<slash])
    return (folder, String(path[path.index(after: slash)...]))
}

private func failure(_ path: String) -> TableError {
    .unwritable(file: path, reason: String(cString: strerror(errno)))
}

private func writeAll(_ bytes: [UInt8], to descriptor: Int32, _ path: String) throws(TableError) {
    var written = 0
    while written < bytes.count {
        let count = bytes.withUnsafeBytes {
            write(descriptor, $0.baseAddress.map { $0 + written }, bytes.count - written)
        }
        if count < 0 {
            if errno == EINTR { continue }
            throw failure(path)
        }
        written += count
    }
}

/// Makes the rename durable. Some file systems cannot sync a folder; the file itself is safe by then.
private func syncFolder(_ folder: String) {
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
}
