// What asks a testee to close: docs/conventions.md.

#pragma once

#include <sstream>
#include <string>

struct CloseCommand {
    bool asked = false;
    unsigned short code = 0;  // 0 for none
    std::string reason;
};

inline CloseCommand close_command(const std::string &text) {
    const std::string name = "wscheck:close";
    CloseCommand command;
    command.asked = text == name || text.compare(0, name.size() + 1, name + " ") == 0;
    if (!command.asked) return command;
    std::istringstream words{text.substr(name.size())};
    words >> command.code;
    if (words.get() == ' ') std::getline(words, command.reason, '\0');
    return command;
}
