// Address maps: the reference's bit positions, the round trip, and wrong texts.
#include "models/dram/address_map.h"

#include <algorithm>
#include <random>
#include <set>

#include <gtest/gtest.h>

#include "tests/support/dram_parts.h"

namespace tilewave {
namespace {

using test::ddr4;
using test::message_of;

TEST(AddressMap, NamedMapsAreTheReferences) {
  const AddressMap p("P", ddr4(), 1);
  // P: column bits 6-12, bank group 13-14, bank 15-16, row 17-32; bank id = group * 4 + bank.
  EXPECT_EQ(p.place(1u << 6), (DramPlace{0, 0, 0, 1}));
  EXPECT_EQ(p.place(1u << 13), (DramPlace{0, 4, 0, 0}));
  EXPECT_EQ(p.place(1u << 15), (DramPlace{0, 1, 0, 0}));
  EXPECT_EQ(p.place(1u << 17), (DramPlace{0, 0, 1, 0}));
  EXPECT_EQ(p.capacity_bytes(), std::uint64_t{1} << 33);
  const AddressMap b("B", ddr4(), 1);
  // B: bank group bits 6-7, column 8-14, bank 15-16, row 17-32.
  EXPECT_EQ(b.place(1u << 6), (DramPlace{0, 4, 0, 0}));
  EXPECT_EQ(b.place(1u << 8), (DramPlace{0, 0, 0, 1}));
  EXPECT_EQ(b.place(1u << 14), (DramPlace{0, 0, 0, 64}));
  EXPECT_EQ(b.place(1u << 15), (DramPlace{0, 1, 0, 0}));
}

TEST(AddressMap, SplitFieldsKeepTheirOrder) {
  const AddressMap map("row:column4:bank:bankgroup:column3", ddr4(), 1);
  EXPECT_EQ(map.place(1u << 6).column, 1u);   // lowest piece: column bits 0-2
  EXPECT_EQ(map.place(1u << 13).column, 8u);  // 6 + 3 + 2 + 2 = 13: column bit 3
}

TEST(AddressMap, RoundTrip) {
  std::mt19937_64 random(1);
  for (const char* text : {"P", "B", "P+xor", "B+xor", "row:bank:bankgroup:column:channel",
                           "channel:row:column4:bank2:bankgroup2:column3",
                           "row8:channel1:row8:bank:channel1:column:bankgroup+xor"}) {
    const AddressMap map(text, ddr4(), 4);
    for (int i = 0; i < 1000; ++i) {
      const std::uint64_t address = random() % map.capacity_bytes() / 64 * 64;
      EXPECT_EQ(map.address(map.place(address)), address) << text;
    }
  }
}

TEST(AddressMap, StepsLeadToTheNextPlace) {
  for (const char* text :
       {"P", "B", "B+xor", "row8:channel1:row8:bank:channel1:column:bankgroup+xor"}) {
    const AddressMap map(text, ddr4(), 4);
    // Across every bit of the address, and around the end of the capacity.
    for (unsigned bit = 0; bit < 40; ++bit) {
      const std::uint64_t begin =
          (std::uint64_t{1} << bit) - std::min<std::uint64_t>(std::uint64_t{1} << bit, 40);
      PackedPlace place = map.packed(begin);
      for (std::uint64_t access = begin + 1; access < begin + 80; ++access) {
        map.step_to(access, place);
        const DramPlace expected = map.place(access << map.access_bits());
        EXPECT_EQ((DramPlace{place.channel(), place.bank(), place.row(), place.column()}), expected)
            << text << " " << access;
      }
    }
  }
}

TEST(AddressMap, XorSpreadsRowsOverBanks) {
  const AddressMap map("P+xor", ddr4(), 1);
  std::set<std::uint32_t> banks;
  for (std::uint64_t row = 0; row < 16; ++row) {
    banks.insert(map.place(row << 17).bank);
  }
  EXPECT_EQ(banks.size(), 16u);
}

TEST(AddressMap, AddressesBeyondTheCapacityWrap) {
  const AddressMap map("P", ddr4(), 1);
  EXPECT_EQ(map.place(map.capacity_bytes() + 64), map.place(64));
}

TEST(AddressMap, WrongTexts) {
  struct Case {
    const char* text;
    std::uint64_t channels;
    std::string message;
  };
  const std::string grammar =
      ", allowed is P, B or row, bank, bankgroup, column, channel, each with an optional number of "
      "bits, joined by ':', then an optional +xor";
  const Case cases[] = {
      {"", 1, "DRAM address map '': unknown field ''" + grammar},
      {"row:bank:rank:column", 1,
       "DRAM address map 'row:bank:rank:column': unknown field 'rank'" + grammar},
      {"row:bank:bankgroup:column:", 1,
       "DRAM address map 'row:bank:bankgroup:column:': unknown field ''" + grammar},
      {"row:bank:bankgroup:column7x", 1,
       "DRAM address map 'row:bank:bankgroup:column7x': field 'column7x' has no valid number of "
       "bits" +
           grammar},
      {"row:bank:bankgroup:column99999999999", 1,
       "DRAM address map 'row:bank:bankgroup:column99999999999': field 'column99999999999' has no "
       "valid number of bits" +
           grammar},
      {"row:bank:bankgroup:column6", 1,
       "DRAM address map 'row:bank:bankgroup:column6': field 'column' has 6 bits, allowed is "
       "exactly 7"},
      {"row:bank:column", 1,
       "DRAM address map 'row:bank:column': field 'bankgroup' has 0 bits, allowed is exactly 2"},
      {"row:bank:bankgroup:column", 2,
       "DRAM address map 'row:bank:bankgroup:column': field 'channel' has 0 bits, allowed is "
       "exactly 1"},
      {"row:column:bank:bankgroup:column3", 1,
       "DRAM address map 'row:column:bank:bankgroup:column3': field 'column' is split, allowed is "
       "a number of bits with every piece"},
      {"P", 0, "DRAM channels is 0, allowed is a power of two from 1 to 256"},
      {"P", 512, "DRAM channels is 512, allowed is a power of two from 1 to 256"},
  };
  for (const Case& wrong : cases) {
    EXPECT_EQ(message_of([&] { AddressMap(wrong.text, ddr4(), wrong.channels); }), wrong.message);
  }
}

}  // namespace
}  // namespace tilewave
