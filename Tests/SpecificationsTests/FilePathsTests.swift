import Specifications
import Testing

@Suite struct FilePathsTests {
    @Test(arguments: [
        ("a.csv", ".", "a.csv"), ("/x/a.csv", "b", "/x/a.csv"), ("a.csv", "b/c", "b/c/a.csv"),
        ("../m/a.csv", "b/c", "b/m/a.csv"), ("./a.csv", "/b", "/b/a.csv"), ("../../a.csv", "b", "../a.csv"),
    ])
    func pathsAreFromTheFolderOfTheFileThatNamesThem(file: String, folder: String, expected: String) {
        #expect(filePath(file, in: folder) == expected)
    }

    @Test func stems() {
        #expect(fileStem(of: "a/b.c.yaml") == "b.c" && fileStem(of: ".hidden") == ".hidden" && fileStem(of: "x") == "x")
    }
}
