import Glibc

/// A file being written that a reader sees only when it is whole: a temporary name in the same folder until
/// ``commit()``, which syncs it, renames it and syncs the folder.
///
/// A file that is replaced keeps its permissions; a new one gets those of the process. A symbolic link is replaced by
/// a file, not followed. Without a commit the old file stays and nothing of the new one remains.
///
/// The temporary name holds 64 random bits: processes on machines that share the folder do not meet.
public final class AtomicFile {
    /// The file's path, for messages.
    public let path: String
    private let folder: String
    private let temporary: String
    private var descriptor: Int32

    /// Opens a temporary file beside the path.
    ///
    /// - Throws: ``TableError/unwritable(file:reason:)``, also when the path is a folder or a device.
    public init(_ path: String) throws(TableError) {
        self.path = path
        let (folder, name) = split(path)
        self.folder = folder
        let permissions = try permissionsToKeep(of: path)
        let digits = String(UInt64.random(in: .min ... .max), radix: 16)
        temporary = "\(folder)/.\(name).\(String(repeating: "0", count: 16 - digits.count))\(digits).tmp"
        descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw unwritable(path) }
        if let permissions, fchmod(descriptor, permissions) != 0 {
            let error = unwritable(path)
            discard()
            throw error
        }
    }

    deinit { discard() }

    /// The name of the file that a temporary one would become; nil for a name that is no temporary file's.
    static func finalName(ofTemporary name: String) -> String? {
        guard name.hasPrefix("."), name.hasSuffix(".tmp") else { return nil }
        let bare = name.dropFirst().dropLast(4)
        guard let dot = bare.lastIndex(of: "."), bare[dot...].dropFirst().allSatisfy(\.isHexDigit) else { return nil }
        return String(bare[..<dot])
    }

    /// When the file was written last by the file system's clock, s; nil when it is closed.
    var modified: Double? {
        var status = stat()
        guard descriptor >= 0, fstat(descriptor, &status) == 0 else { return nil }
        return seconds(status)
    }

    /// Adds bytes at the end.
    ///
    /// - Throws: ``TableError/unwritable(file:reason:)``; nothing of the file then remains.
    public func append(_ bytes: [UInt8]) throws(TableError) {
        precondition(descriptor >= 0, "the file must be open")
        do throws(TableError) {
            try writeAll(bytes, to: descriptor, path: path)
        } catch {
            discard()
            throw error
        }
    }

    /// Gives the whole file its name.
    ///
    /// - Throws: ``TableError/unwritable(file:reason:)``; the old file is then untouched and nothing of the new one
    ///   remains.
    public func commit() throws(TableError) {
        precondition(descriptor >= 0, "the file must be open")
        let isSynced = fsync(descriptor) == 0
        let syncError = unwritable(path)
        let isClosed = close(descriptor) == 0
        descriptor = -1
        guard isSynced, isClosed, rename(temporary, path) == 0 else {
            let error = isSynced ? unwritable(path) : syncError
            unlink(temporary)
            throw error
        }
        syncFolder(folder)
    }

    /// Gives the whole file its name, unless a file has that name already, which then stays as it is: of several
    /// processes that do this at the same time, one succeeds.
    ///
    /// - Returns: Whether it got the name.
    /// - Throws: ``TableError/unwritable(file:reason:)``; nothing of the file then remains.
    public func commitIfAbsent() throws(TableError) -> Bool {
        precondition(descriptor >= 0, "the file must be open")
        defer { discard() }
        guard fsync(descriptor) == 0 else { throw unwritable(path) }
        // A hard link fails when the name is taken, where renaming would replace.
        guard link(temporary, path) != 0 else {
            syncFolder(folder)
            return true
        }
        guard errno == EEXIST else { throw unwritable(path) }
        return false
    }

    /// Removes what was written. Nothing happens after a commit.
    public func discard() {
        guard descriptor >= 0 else { return }
        close(descriptor)
        descriptor = -1
        unlink(temporary)
    }
}

/// Writes a file so that a reader sees the old content or the new one, never a mixture, as ``AtomicFile`` does.
///
/// - Throws: ``TableError/unwritable(file:reason:)``; the old file is then untouched and no temporary file remains.
public func writeAtomically(_ bytes: [UInt8], to path: String) throws(TableError) {
    let file = try AtomicFile(path)
    try file.append(bytes)
    try file.commit()
}

/// The permissions of the file that will be replaced; nil when there is none, or a link.
private func permissionsToKeep(of path: String) throws(TableError) -> mode_t? {
    var old = stat()
    guard lstat(path, &old) == 0 else { return nil }
    switch old.st_mode & S_IFMT {
    case S_IFREG: return old.st_mode & 0o777
    case S_IFLNK: return nil
    case S_IFDIR: throw .unwritable(file: path, reason: String(cString: strerror(EISDIR)))
    default: throw .unwritable(file: path, reason: "it is a device or a pipe, and only a file can be replaced")
    }
}

private func split(_ path: String) -> (folder: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return (".", path) }
    let folder = slash == path.startIndex ? "/" : String(path[..<slash])
    return (folder, String(path[path.index(after: slash)...]))
}

private func unwritable(_ path: String) -> TableError {
    .unwritable(file: path, reason: String(cString: strerror(errno)))
}

/// Writes all bytes: a short write is continued, an interrupted one repeated.
///
/// - Parameter path: What messages call the file.
func writeAll(_ bytes: [UInt8], to descriptor: Int32, path: String) throws(TableError) {
    var rest = bytes[...]
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        if count > 0 {
            rest = rest.dropFirst(count)
        } else if count == 0 {
            throw .unwritable(file: path, reason: "no byte could be written")
        } else if errno != EINTR {
            throw unwritable(path)
        }
    }
}

/// Makes the rename durable. Some file systems cannot sync a folder; the file itself is safe by then.
private func syncFolder(_ folder: String) {
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
}
