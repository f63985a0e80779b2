package org.postern.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;

import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.quicktheories.core.Gen;

/** Places are those that were added, whatever way they went. */
class PlacesTest {
    private static final Gen<BitSet> SETS = lists().of(integers().between(0, Chunk.ENTRIES - 1))
            .ofSizeBetween(0, 300)
            .map(PlacesTest::set)
            .mix(integers().between(0, 400).map(end -> {
                var run = new BitSet();
                run.set(0, end);
                return run;
            }));

    @Test
    void placesAreThoseThatWereAdded() {
        qt().forAll(SETS).check(set -> read(places(set)).equals(set));
    }

    @Test
    void placesInOctetsAreTheSame() {
        qt().forAll(SETS).check(set -> read(Places.of(places(set).toBytes())).equals(set));
    }

    @Test
    void whatWasReadGrowsOn() {
        qt().forAll(SETS, integers().between(0, Chunk.ENTRIES - 1)).check((set, more) -> {
            int behind = Math.max(set.length(), more);
            Places places = Places.of(places(set).toBytes());
            places.add(behind);
            var all = (BitSet) set.clone();
            all.set(behind);
            return read(places).equals(all);
        });
    }

    @Test
    void samePlaceTwiceIsOne() {
        qt().forAll(SETS).check(set -> {
            var places = new Places();
            set.stream().forEach(place -> {
                places.add(place);
                places.add(place);
            });
            return read(places).equals(set);
        });
    }

    @Test
    void placeIsAddedAndRemovedAnywhere() {
        qt().forAll(SETS, integers().between(0, Chunk.ENTRIES - 1), integers().between(0, 1))
                .check((set, place, in) -> {
                    Places places = places(set);
                    places.set(place, in == 1);
                    var changed = (BitSet) set.clone();
                    changed.set(place, in == 1);
                    return read(places).equals(changed) && places.isEmpty() == changed.isEmpty();
                });
    }

    // The index is much smaller than what it leads to only if a place costs about an octet.
    @Test
    void nearPlacesTakeAnOctetEach() {
        var places = new Places();
        for (int place = 0; place < Chunk.ENTRIES; place += 100) {
            places.add(place);
        }
        assertThat(places.toBytes()).hasSizeLessThan(Chunk.ENTRIES / 100 + 2);
    }

    private static BitSet set(List<Integer> places) {
        var set = new BitSet();
        places.forEach(set::set);
        return set;
    }

    private static Places places(BitSet set) {
        var places = new Places();
        set.stream().forEach(places::add);
        return places;
    }

    private static BitSet read(Places places) {
        var set = new BitSet();
        places.into(set);
        return set;
    }
}
