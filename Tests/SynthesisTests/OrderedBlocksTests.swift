import Foundation
import Tables
import TestSupport
import Testing

@testable import Synthesis

@Suite struct OrderedBlocksTests {
    @Test func earlyBlocksWaitForTheirTurn() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("x")
        let blocks = OrderedBlocks(try AtomicFile(path), count: 4, room: 4)
        for position in 0..<4 { #expect(blocks.take() == position) }
        for position in [2, 0, 3, 1] { blocks.write([UInt8(ascii: "a") + UInt8(position)], at: position) }
        #expect(blocks.take() == nil)
        #expect(try blocks.finish())
        #expect(try contents(of: path) == "abcd")
    }

    @Test func nobodyTakesMoreThanThereIsRoomFor() throws {
        let folder = try TemporaryFolder()
        let blocks = OrderedBlocks(try AtomicFile(folder.file("x")), count: 3, room: 2)
        #expect(blocks.take() == 0 && blocks.take() == 1)
        let taken = DispatchSemaphore(value: 0)
        Thread {
            _ = blocks.take()
            taken.signal()
        }.start()
        // The second block is early, so there is still no room.
        blocks.write([1], at: 1)
        #expect(taken.wait(timeout: .now() + 0.1) == .timedOut)
        blocks.write([0], at: 0)
        #expect(taken.wait(timeout: .now() + 60) == .success)
        #expect(blocks.take() == nil)
    }

    @Test func stoppingFreesAllWhoWaitAndRemovesTheFile() throws {
        let folder = try TemporaryFolder()
        let blocks = OrderedBlocks(try AtomicFile(folder.file("x")), count: 5, room: 1)
        #expect(blocks.take() == 0)
        let freed = DispatchSemaphore(value: 0)
        for _ in 0..<3 {
            Thread {
                if blocks.take() == nil { freed.signal() }
            }.start()
        }
        blocks.stop()
        for _ in 0..<3 { #expect(freed.wait(timeout: .now() + 60) == .success) }
        blocks.write([0], at: 0)
        #expect(try !blocks.finish())
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }
}
