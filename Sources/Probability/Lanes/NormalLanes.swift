/// Standard normal numbers of many entities at once: the bits of ``RandomStream/normals(at:)`` for each.
///
/// Eight entities go through Philox and the central rational function of AS 241 together; the 15% of the numbers that lie in
/// its tails are collected, go through the logarithm eight by eight too, and are put back. Only + - * /, square roots and bit operations,
/// never fused, in the order of the scalar functions: the bits are the same whatever vectors the processor has.
public enum NormalLanes {
    /// Fills first[i] and second[i] with the two normal numbers of entity i.
    ///
    /// - Parameters:
    ///   - seed: The run's seed.
    ///   - purpose: What the numbers are for.
    ///   - draw: The draw.
    ///   - period: The school year, counted from the first of the simulation; 0 for what does not change with time.
    ///   - block: The position in each stream.
    ///   - entities: Whose numbers they are, such as ``streamKey(_:)`` of each school's id; repetition is allowed.
    ///   - first: Room for as many numbers as there are entities; its old contents are not read.
    ///   - second: The same, elsewhere.
    /// - Complexity: Linear; allocates nothing on the heap. Fewer than eight entities are done one by one, and dozens are
    ///   needed for the full speed.
    public static func fill(
        seed: UInt64, purpose: StreamPurpose, draw: UInt32, period: UInt8, block: UInt16,
        entities: UnsafeBufferPointer<UInt64>, first: UnsafeMutablePointer<Double>, second: UnsafeMutablePointer<Double>
    ) {
        let count = entities.count
        guard let entity = entities.baseAddress, count >= 8 else {
            for i in 0..<count {
                let stream = RandomStream(seed: seed, purpose: purpose, draw: draw, entity: entities[i], period: period)
                (first[i], second[i]) = stream.normals(at: block)
            }
            return
        }
        let word3 = UInt64(purpose.rawValue) &<< 24 | UInt64(period) &<< 16 | UInt64(block)
        let philox = PhiloxLanes(seed: seed, word2: UInt64(draw), word3: word3)
        withRoom { room in
            var start = 0
            while start < count {
                var size = min(chunk, count - start)
                if size < 8 {
                    // Eight at the end, some of them a second time: the same numbers again.
                    (start, size) = (count - 8, 8)
                }
                fillChunk(philox, entity + start, size, room, first + start, second + start)
                start += size
            }
        }
    }

    /// How many entities go through all steps before the next: their numbers stay in the fastest cache.
    static let chunk = 512

    /// Scratch memory of one chunk.
    struct Room {
        /// Uniform numbers less 1/2.
        let first, second: UnsafeMutablePointer<Double>
        /// Numbers of the tails, and where they belong.
        let tails: UnsafeMutablePointer<Double>
        let places: UnsafeMutablePointer<UInt16>
        let lanesOfSet: UnsafePointer<SIMD8<UInt16>>
    }

    static func withRoom(_ body: (Room) -> Void) {
        // Eight places are written at a time, of which the last need not count.
        withUnsafeTemporaryAllocation(of: Double.self, capacity: 3 * chunk) { numbers in
            withUnsafeTemporaryAllocation(of: UInt16.self, capacity: chunk + 8) { places in
                guard let first = numbers.baseAddress, let place = places.baseAddress else { return }
                body(
                    Room(
                        first: first, second: first + chunk, tails: first + 2 * chunk, places: place,
                        lanesOfSet: LaneSet.lanes))
            }
        }
    }

    /// Eight to ``chunk`` entities, in short loops of which the processor can overlap many rounds.
    private static func fillChunk(
        _ philox: PhiloxLanes, _ entities: UnsafePointer<UInt64>, _ count: Int, _ room: Room,
        _ first: UnsafeMutablePointer<Double>, _ second: UnsafeMutablePointer<Double>
    ) {
        var i = 0
        while i < count {
            // The last eight overlap those before them, and give the same numbers again.
            i = min(i, count - 8)
            let (q0, q1) = philox.deviations(of: load(entities + i))
            store(q0, room.first + i)
            store(q1, room.second + i)
            i += 8
        }
        transform(room.first, count, room, first)
        transform(room.second, count, room, second)
    }

    /// Turns eight to ``chunk`` uniform numbers less 1/2 into normal numbers.
    static func transform(
        _ q: UnsafeMutablePointer<Double>, _ count: Int, _ room: Room, _ normals: UnsafeMutablePointer<Double>
    ) {
        let places = room.places
        var i = 0
        var found = 0
        while i < count {
            i = min(i, count - 8)
            let eight = load(q + i)
            store(NormalQuantile.central(eight), normals + i)
            // Which numbers are in the tails cannot be predicted, so their places are written without a jump.
            let tails = LaneSet.number(of: NormalQuantile.isTail(deviations: eight))
            let place = room.lanesOfSet[tails] &+ UInt16(truncatingIfNeeded: i)
            UnsafeMutableRawPointer(places + found).storeBytes(of: place, as: SIMD8<UInt16>.self)
            found &+= tails.nonzeroBitCount
            i += 8
        }
        replaceTails(q, found, room, normals)
    }

    /// Puts the normal numbers of the tails in their places.
    ///
    /// Short loops through memory again: where single lanes are put together, the compiler otherwise computes with single lanes.
    @inline(__always)
    private static func replaceTails(
        _ q: UnsafeMutablePointer<Double>, _ found: Int, _ room: Room, _ normals: UnsafeMutablePointer<Double>
    ) {
        let (places, tails) = (room.places, room.tails)
        let padded = (found + 7) & ~7
        // The smaller of p and 1 - p, exactly.
        for i in 0..<found { tails[i] = 0.5 - q[Int(places[i])].magnitude }
        for i in found..<padded { tails[i] = 0.0625 }
        for i in stride(from: 0, to: padded, by: 8) { store(Elementary.logOfNormal(load(tails + i)), tails + i) }
        // The magnitude tells the compiler that no square root fails, which frees it to take several together.
        for i in 0..<padded { tails[i] = tails[i].magnitude.squareRoot() }
        for i in stride(from: 0, to: padded, by: 8) { store(NormalQuantile.tail(roots: load(tails + i)), tails + i) }
        for i in 0..<found {
            let place = Int(places[i])
            let sign = q[place].bitPattern & 0x8000_0000_0000_0000
            normals[place] = Double(bitPattern: tails[i].bitPattern | sign)
        }
    }

    @inline(__always)
    private static func load(_ pointer: UnsafePointer<UInt64>) -> SIMD8<UInt64> {
        UnsafeRawPointer(pointer).loadUnaligned(as: SIMD8<UInt64>.self)
    }

    @inline(__always)
    private static func load(_ pointer: UnsafeMutablePointer<Double>) -> SIMD8<Double> {
        UnsafeRawPointer(pointer).loadUnaligned(as: SIMD8<Double>.self)
    }

    @inline(__always)
    private static func store(_ x: SIMD8<Double>, _ pointer: UnsafeMutablePointer<Double>) {
        UnsafeMutableRawPointer(pointer).storeBytes(of: x, as: SIMD8<Double>.self)
    }
}

/// The 256 sets of eight lanes.
private enum LaneSet {
    /// The lanes of each set in order, then zeros. Made once, never changed or freed.
    nonisolated(unsafe) static let lanes: UnsafePointer<SIMD8<UInt16>> = {
        let table = UnsafeMutablePointer<SIMD8<UInt16>>.allocate(capacity: 256)
        for set in 0..<256 {
            let members = (0..<8 as Range<UInt16>).filter { set >> $0 & 1 == 1 }
            table.advanced(by: set).initialize(
                to: SIMD8(members + repeatElement(0, count: 8 - members.count)))
        }
        return UnsafePointer(table)
    }()

    /// The number of the set of the lanes that are true: bit i is lane i.
    @inline(__always)
    static func number(of mask: SIMDMask<SIMD8<Int64>>) -> Int {
        let bits = unsafeBitCast(mask, to: SIMD8<UInt64>.self) & SIMD8(1, 2, 4, 8, 16, 32, 64, 128)
        let four = bits.lowHalf | bits.highHalf
        let two = four.lowHalf | four.highHalf
        return Int(truncatingIfNeeded: two[0] | two[1])
    }
}

extension NormalQuantile {
    /// ``central(_:)-(Double)`` for eight numbers.
    @inline(__always)
    static func central(_ q: SIMD8<Double>) -> SIMD8<Double> {
        let r = 0.180625 - q * q
        return q * centralNumerator.values(at: r) / centralDenominator.values(at: r)
    }

    /// Whether ``central(_:)-(Double)`` does not hold.
    @inline(__always)
    static func isTail(deviations q: SIMD8<Double>) -> SIMDMask<SIMD8<Int64>> {
        let size = unsafeBitCast(
            unsafeBitCast(q, to: SIMD8<UInt64>.self) & 0x7FFF_FFFF_FFFF_FFFF, to: SIMD8<Double>.self)
        return size .> 0.425
    }

    /// The upper half of ``tail(_:)`` for eight square roots of minus log p.
    @inline(__always)
    static func tail(roots r: SIMD8<Double>) -> SIMD8<Double> {
        let near = r - 1.6
        var x = nearTailNumerator.values(at: near) / nearTailDenominator.values(at: near)
        if any(r .> 5) {
            // One in 10^11.
            for lane in 0..<8 where r[lane] > 5 { x[lane] = farTail(r[lane] - 5) }
        }
        return x
    }
}
