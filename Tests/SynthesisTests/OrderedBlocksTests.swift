import Foundation
import Tables
import TestSupport
import Testing

@testable import Synthesis

@Suite struct OrderedBlocksTests {
    @Test func aBlockWaitsForThoseBeforeIt() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("x")
        let blocks = OrderedBlocks(try AtomicFile(path), count: 3)
        #expect(blocks.take() == 0 && blocks.take() == 1 && blocks.take() == 2 && blocks.take() == nil)
        let finished = DispatchGroup()
        for position in [2, 1] {
            finished.enter()
            Thread {
                blocks.write([UInt8(ascii: "a") + UInt8(position)], at: position)
                finished.leave()
            }.start()
            Thread.sleep(forTimeInterval: 0.05)
        }
        blocks.write([UInt8(ascii: "a")], at: 0)
        finished.wait()
        #expect(try blocks.finish())
        #expect(try contents(of: path) == "abc")
    }

    @Test func stoppingFreesThoseWhoWaitAndRemovesTheFile() throws {
        let folder = try TemporaryFolder()
        let blocks = OrderedBlocks(try AtomicFile(folder.file("x")), count: 2)
        #expect(blocks.take() == 0 && blocks.take() == 1)
        let finished = DispatchGroup()
        finished.enter()
        Thread {
            blocks.write([1], at: 1)
            finished.leave()
        }.start()
        Thread.sleep(forTimeInterval: 0.05)
        blocks.stop()
        finished.wait()
        #expect(blocks.take() == nil)
        #expect(try !blocks.finish())
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }
}
