/// The path of a file that another file names: as it is when absolute, else from the folder of the file that names it, with
/// `..` steps taken so that messages and provenance show short paths.
public func filePath(_ file: String, in folder: String) -> String {
    guard !file.hasPrefix("/"), folder != "." else { return file }
    var parts = folder.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
    for part in file.split(separator: "/").map(String.init) {
        if part == "..", let last = parts.last, last != ".." {
            parts.removeLast()
        } else if part != "." {
            parts.append(part)
        }
    }
    return (folder.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
}

/// A file's name without folder and extension.
public func fileStem(of path: String) -> String {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
    return String(name[..<dot])
}
